/** Mail as files and over SMTP, read back by a parser that is not ours. A real SMTP server listens on loopback. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ParsedMail, simpleParser } from 'mailparser';
import { afterEach, describe, expect, it } from 'vitest';
import { type Refusing, smtpServer } from '../../../test/support/smtp.ts';
import { InvalidInput } from '../../base/errors.ts';
import { type Mail, MailFailed } from '../../base/mailer.ts';
import { compose, oneLine, readFrom } from './compose.ts';
import { fileMailer } from './file.ts';
import { smtpMailer } from './smtp.ts';

const from = { name: 'Counterfoil', address: 'post@example.gov' };
const clock = { now: () => Date.UTC(2018, 0, 24, 15, 0, 0) };
const LETTER: Mail = {
  to: 'clerk@example.gov',
  subject:
    'Anfrage «Überblick» an Łódź — a long subject that has to be folded over more than one line of the header, surely',
  text: 'Dear Clerk,\n\n.\n.leading dot\nFrom the office\nünïcode ✓\n',
  attachments: [
    { filename: 'receipt.json', contentType: 'application/json', content: '{"a":1}' },
    {
      filename: '../../etc/passwd\r\nX-Evil: 1.pdf',
      contentType: 'application/pdf',
      content: new Uint8Array([0, 255, 10, 13]),
    },
  ],
};

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'counterfoil-mail-'));
  closers.push(() => rm(dir, { recursive: true }));
  return dir;
}

function checkLetter(mail: ParsedMail): void {
  expect(mail.subject).toBe(LETTER.subject);
  expect(mail.text?.trimEnd()).toBe(LETTER.text.trimEnd());
  expect(mail.from?.value).toEqual([{ name: 'Counterfoil', address: 'post@example.gov' }]);
  expect(Array.isArray(mail.to) ? null : mail.to?.value).toEqual([{ name: '', address: 'clerk@example.gov' }]);
  expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
  expect(mail.headers.has('x-evil')).toBe(false);
  expect(mail.attachments.map((a) => a.filename)).toEqual(['receipt.json', '.._.._etc_passwd X-Evil: 1.pdf']);
  expect(mail.attachments[1]?.content).toEqual(Buffer.from([0, 255, 10, 13]));
  expect(mail.date?.toISOString()).toBe('2018-01-24T15:00:00.000Z');
}

describe('headers', () => {
  it.each([
    'a\r\nBcc: evil@example.com',
    'a\nBcc: evil@example.com',
    'a\rBcc: x',
    'a\u2028Bcc: x',
    'a\u0085Bcc: x',
    'a\u0000b',
    'a\u202Eb',
  ])('cannot be added through a subject or a name: %j', async (text) => {
    const { raw } = await compose(
      { to: 'clerk@example.gov', subject: text, text: 'x' },
      { ...from, name: text },
      new Date(),
    );
    const mail = await simpleParser(raw);
    expect([...mail.headers.keys()].sort()).toEqual([
      'auto-submitted',
      'content-transfer-encoding',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      'to',
    ]);
    expect(mail.subject).toBe(oneLine(text));
    expect(mail.bcc).toBeUndefined();
    expect(mail.from?.value).toHaveLength(1);
  });
  it.each([
    'a@example.gov, b@example.gov',
    'a@example.gov\r\nBcc: b@example.gov',
    'A <a@example.gov>',
    '"x\r\ny"@example.gov',
    'a@example.gov\n',
    '',
    'nobody',
  ])('refuse %j as an address', async (to) => {
    await expect(compose({ to, subject: 's', text: 't' }, from, new Date())).rejects.toThrow(InvalidInput);
  });
  it('take one address for answers, on a laptop too, and a calendar file as a part of its own', async () => {
    const mail = { to: 'clerk@example.gov', subject: 's', text: 't' };
    const calendar = { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' } as const;
    const { raw } = await compose({ ...mail, calendar, replyTo: 'meetings+0a@localhost' }, from, new Date());
    const read = await simpleParser(raw);
    expect(read.replyTo?.value).toEqual([{ name: '', address: 'meetings+0a@localhost' }]);
    expect(raw.toString()).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=REQUEST/i);
    for (const replyTo of ['a@x.org, b@x.org', 'a@x.org\r\nBcc: b@x.org', 'A <a@x.org>', 'a', ''])
      await expect(compose({ ...mail, replyTo }, from, new Date())).rejects.toThrow(InvalidInput);
  });
  it('take the sender from MAIL_FROM', () => {
    expect(readFrom('Records Office <post@example.gov>')).toEqual({
      name: 'Records Office',
      address: 'post@example.gov',
    });
    expect(readFrom('"Records, Office" <post@example.gov>')).toEqual({
      name: 'Records, Office',
      address: 'post@example.gov',
    });
    expect(readFrom('post@example.gov')).toEqual({ name: 'Counterfoil', address: 'post@example.gov' });
    for (const bad of ['', 'x', 'a@example.gov, b@example.gov', 'A <a@b>\r\nBcc: c@d.ef'])
      expect(() => readFrom(bad)).toThrow(InvalidInput);
  });
});

describe('files', () => {
  it('hold the whole mail, readable by this user alone, sorted by time', async () => {
    const dataDir = await folder();
    const mailer = fileMailer({ dataDir, from, clock });
    const { messageId } = await mailer.send(LETTER);
    for (let i = 0; i < 12; i++) await mailer.send({ ...LETTER, subject: `mail ${i}` });
    const names = (await readdir(join(dataDir, 'mail'))).sort();
    expect(names).toHaveLength(13);
    const path = join(dataDir, 'mail', names[0] ?? '');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'mail'))).mode & 0o777).toBe(0o700);
    const mail = await simpleParser(await readFile(path));
    checkLetter(mail);
    expect(mail.messageId).toBe(messageId);
    const order = await Promise.all(
      names.slice(1).map(async (n) => (await simpleParser(await readFile(join(dataDir, 'mail', n)))).subject),
    );
    expect(order).toEqual(Array.from({ length: 12 }, (_, i) => `mail ${i}`));
  });
  it('say when they cannot be written', async () => {
    const dataDir = join(await folder(), 'a-file');
    await writeFile(dataDir, 'in the way');
    const mailer = fileMailer({ dataDir, from, clock });
    await expect(mailer.send(LETTER)).rejects.toMatchObject({ name: 'MailFailed', permanent: false });
  });
});

describe('SMTP', () => {
  async function server(refuse?: Refusing) {
    const smtp = await smtpServer(refuse);
    closers.push(smtp.close);
    return smtp;
  }
  const portOf = (s: Server): number => {
    const address = s.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  };
  function mailer(port: number, login = '', timeout = 5000) {
    const m = smtpMailer({ url: `smtp://${login}127.0.0.1:${port}`, from, clock, timeout });
    closers.push(() => m.close());
    return m;
  }

  it('delivers exactly the mail, to exactly one mailbox', async () => {
    const { got, port } = await server();
    const { messageId } = await mailer(port, 'u%40x:p%3Aw%2Fd@').send(LETTER);
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject({ from: 'post@example.gov', to: ['clerk@example.gov'] });
    const mail = await simpleParser(got[0]?.raw ?? '');
    checkLetter(mail);
    expect(mail.messageId).toBe(messageId);
  });
  it('delivers many at once', async () => {
    const { got, port } = await server();
    const m = mailer(port);
    await Promise.all(Array.from({ length: 30 }, (_, i) => m.send({ ...LETTER, to: `c${i}@example.gov` })));
    expect(new Set(got.map((g) => g.to[0])).size).toBe(30);
  });

  async function failure(send: Promise<unknown>): Promise<MailFailed> {
    const error = await send.then(
      () => null,
      (e: unknown) => e,
    );
    if (!(error instanceof MailFailed)) throw new Error(`expected MailFailed, got ${String(error)}`);
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('clerk@');
    return error;
  }
  it.each([
    ['rcpt', 550, true],
    ['rcpt', 451, false],
    ['data', 552, true],
    ['data', 421, false],
  ] as const)('tells apart, refused at %s with %i: permanent is %s', async (at, code, permanent) => {
    const { port } = await server({ at, code });
    expect((await failure(mailer(port).send(LETTER))).permanent).toBe(permanent);
  });
  it('repeats the words of a refusal, without addresses and on one line', async () => {
    const { port, refuse } = await server();
    refuse({ at: 'rcpt', code: 550, words: '5.1.1 <clerk@example.gov>: no such user clerk@example.gov here' });
    const { message } = await failure(mailer(port).send(LETTER));
    expect(message).toBe('The mail server refuses this mail: 550 5.1.1 …: no such user … here');
  });
  it('a wrong password is ours to put right, not the mail’s fault', async () => {
    const { port } = await server({ at: 'auth', code: 535 });
    expect((await failure(mailer(port, 'u%40x:wrong@').send(LETTER))).permanent).toBe(false);
    expect((await failure(mailer(port).send(LETTER))).permanent).toBe(false);
  });
  it('nobody listening, and a server that never says a word, are temporary and end in time', async () => {
    const { port } = await server();
    for (const close of closers.splice(0).reverse()) await close();
    expect((await failure(mailer(port).send(LETTER))).permanent).toBe(false);
    const mute = createServer(() => {});
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    closers.push(() => void mute.close());
    const started = Date.now();
    expect((await failure(mailer(portOf(mute), '', 300).send(LETTER))).permanent).toBe(false);
    expect(Date.now() - started).toBeLessThan(4000);
  });
});
