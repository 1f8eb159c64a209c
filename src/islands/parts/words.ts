/** The words that a page brings along for its script in `data-words` (src/ui/script-words.ts). Knows no language itself. */

/** Says a message by the name that the script has for it, its `{gaps}` filled; a name without words is said as it is. */
export type Words = (name: string, given?: Readonly<Record<string, string | number>>) => string;

export function wordsOf(element: HTMLElement): Words {
  const read: unknown = JSON.parse(element.dataset.words ?? '{}');
  const texts = new Map<string, unknown>(typeof read === 'object' && read !== null ? Object.entries(read) : []);
  return (name, given = {}) => {
    const text = texts.get(name);
    return (typeof text === 'string' ? text : name).replaceAll(/\{(\w+)\}/g, (gap, key: string) =>
      Object.hasOwn(given, key) ? String(given[key]) : gap,
    );
  };
}
