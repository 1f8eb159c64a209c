/** A real SMTP server on loopback that keeps what it takes, and says no where and as a test wants it. */
import { SMTPServer } from 'smtp-server';

export interface Got {
  readonly raw: Buffer;
  readonly from: string;
  readonly to: string[];
}
export interface Refusing {
  readonly at: 'rcpt' | 'data' | 'auth';
  readonly code: number;
  readonly words?: string;
}

export interface TestSmtp {
  readonly got: readonly Got[];
  readonly port: number;
  /** from now on; null takes everything */
  refuse(how: Refusing | null): void;
  close(): Promise<void>;
}

/** Takes the login `u@x` with password `p:w/d`; asks for one only when it refuses at `auth`. */
export async function smtpServer(first: Refusing | null = null): Promise<TestSmtp> {
  const got: Got[] = [];
  let refusing = first;
  const fail = (code: number) =>
    Object.assign(new Error(refusing?.words ?? 'mailbox of clerk@example.gov says no'), { responseCode: code });
  const smtp = new SMTPServer({
    authOptional: first?.at !== 'auth',
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    onAuth: (auth, _session, done) =>
      auth.username === 'u@x' && auth.password === 'p:w/d' ? done(null, { user: auth.username }) : done(fail(535)),
    onRcptTo: (_address, _session, done) => done(refusing?.at === 'rcpt' ? fail(refusing.code) : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refusing?.at === 'data') return done(fail(refusing.code));
        const { mailFrom, rcptTo } = session.envelope;
        got.push({
          raw: Buffer.concat(chunks),
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map((r) => r.address),
        });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const address = smtp.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    got,
    port: address.port,
    refuse(how) {
      refusing = how;
    },
    close: () => new Promise<void>((resolve) => smtp.close(resolve)),
  };
}
