/** The body of an entry as a table that people can read: each field with a plain name, values written out. Pure; shows all of it. */
import type { Child } from 'hono/jsx';
import { num, t, wordOf } from '../base/language.ts';
import type { JsonValue } from '../proof/index.ts';
import { filesize } from '../ui/filesize.ts';
import { Hash } from '../ui/hash.tsx';
import { dateText } from '../ui/time.tsx';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

/** What a field is called; one that has no words of ours by its name. */
function label(key: string): string {
  const words = key.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  return wordOf(`record.field.${key}`, words.charAt(0).toUpperCase() + words.slice(1));
}

function Value({ name, value }: { name: string; value: JsonValue }): Child {
  if (value === null) return <span class="soft">{t('record.value.none')}</span>;
  if (value === true) return <>{t('record.value.yes')}</>;
  if (value === false) return <>{t('record.value.no')}</>;
  if (typeof value === 'number') return <>{name === 'bytes' ? filesize(value) : num(value)}</>;
  if (typeof value === 'string') {
    if (value === '') return <span class="soft">{t('record.value.empty')}</span>;
    if (name === 'sha256') return <Hash hex={value} whole />;
    if (UUID.test(value)) return <code class="hash hash--whole">{value}</code>;
    return <span class="body__text">{dateText(value)}</span>;
  }
  if (isList(value)) {
    if (value.length === 0) return <span class="soft">{t('record.value.none')}</span>;
    return (
      <ol class="body__list">
        {value.map((one) => (
          <li>
            <Value name={name} value={one} />
          </li>
        ))}
      </ol>
    );
  }
  return <Body body={value} />;
}

/** An object as names and values, one row each; objects inside are tables inside. */
export function Body({ body }: { body: Readonly<Record<string, JsonValue>> }) {
  const fields = Object.entries(body);
  if (fields.length === 0) return <span class="soft">{t('record.value.none')}</span>;
  return (
    <dl class="facts body">
      {fields.map(([name, value]) => (
        <div>
          <dt>{label(name)}</dt>
          <dd>
            <Value name={name} value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
