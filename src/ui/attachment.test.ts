/** Names of downloads: every script arrives, nothing breaks out of the header. */
import { expect, test } from 'vitest';
import { attachmentHeaders, contentDisposition } from './attachment.ts';

test('plain names stand as they are, others in both forms', () => {
  expect(contentDisposition('order 3.pdf')).toBe(`attachment; filename="order 3.pdf"; filename*=UTF-8''order%203.pdf`);
  expect(contentDisposition('Übersicht €.pdf')).toBe(
    `attachment; filename="_bersicht _.pdf"; filename*=UTF-8''%C3%9Cbersicht%20%E2%82%AC.pdf`,
  );
});

test('quotes, backslashes, percent signs, line breaks and half surrogates cannot break the header', () => {
  for (const name of ['a"; filename="b', 'a\\b', '%22', 'a\r\nSet-Cookie: x=1', 'x\ud800', "it's (1)*.txt"]) {
    const header = contentDisposition(name);
    expect(header).toMatch(/^attachment; filename="[ !#$&-.0-[\]-~]*"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]*$/);
    expect(() => new Headers(attachmentHeaders(name, 1))).not.toThrow();
  }
});
