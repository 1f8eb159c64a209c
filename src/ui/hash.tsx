/** A hash in mono, shortened to its first 12 figures, whole in the text that can be copied or folded out. Never wraps a page. */

/** `whole` prints all figures, in groups that may break across lines. */
export function Hash({ hex, whole }: { hex: string; whole?: boolean }) {
  if (!whole)
    return (
      <code class="hash" title={hex}>
        {hex.slice(0, 12)}…
      </code>
    );
  return <code class="hash hash--whole">{hex}</code>;
}
