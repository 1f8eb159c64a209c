/** The body of an entry as a table that people can read: each field with a plain name, values written out. Pure; shows all of it. */
import type { Child } from 'hono/jsx';
import type { JsonValue } from '../proof/index.ts';
import { filesize } from '../ui/filesize.ts';
import { Hash } from '../ui/hash.tsx';
import { dateText } from '../ui/time.tsx';

const LABELS: Readonly<Record<string, string>> = {
  ocdId: 'Open Civic Data id',
  issuerName: 'Issuer',
  issuer: 'Issuer’s id',
  party: 'Party’s id',
  recipient: 'Recipient’s id',
  request: 'Request’s id',
  service: 'Service’s id',
  answer: 'Answer’s id',
  slug: 'Address of the record',
  conduct: 'Conducted',
  compulsory: 'Compulsory',
  leavesAt: 'Letter leaves',
  on: 'Date',
  at: 'First instant that is too late',
  working: 'How it is counted',
  sha256: 'SHA-256',
  bytes: 'Size',
  merge: 'Values in the letter',
  order: 'Order’s id',
  consequence: 'Consequence’s id',
  consequences: 'Consequences’ ids',
  of: 'Earlier orders’ ids',
  compel: 'Answer compelled by',
  cents: 'In cents',
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

function label(key: string): string {
  const known = Object.hasOwn(LABELS, key) ? LABELS[key] : undefined;
  if (known !== undefined) return known;
  const words = key.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Value({ name, value }: { name: string; value: JsonValue }): Child {
  if (value === null) return <span class="soft">none</span>;
  if (value === true) return <>yes</>;
  if (value === false) return <>no</>;
  if (typeof value === 'number') return <>{name === 'bytes' ? filesize(value) : value.toLocaleString('en-US')}</>;
  if (typeof value === 'string') {
    if (value === '') return <span class="soft">empty</span>;
    if (name === 'sha256') return <Hash hex={value} whole />;
    if (UUID.test(value)) return <code class="hash hash--whole">{value}</code>;
    return <span class="body__text">{dateText(value)}</span>;
  }
  if (isList(value)) {
    if (value.length === 0) return <span class="soft">none</span>;
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
  if (fields.length === 0) return <span class="soft">none</span>;
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
