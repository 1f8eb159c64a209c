/**
 * A small door for mail (SMTP, RFC 5321), off unless MAIL_IN_PORT is set: takes mail for the one mailbox of this server, writes it into the folder
 * and says yes once it is on disk. It relays nothing, knows no accounts, and decides nothing about what stands in a mail.
 */
import { MOST_BYTES } from '../../rooms/meetings/mail.ts';
import { deliver } from './folder.ts';

export interface MailDoor {
  readonly port: number;
  stop(): Promise<void>;
}

/** Whether mail to this address is for the mailbox, with or without a tag. */
export function isOurs(mailIn: string, address: string): boolean {
  const at = mailIn.lastIndexOf('@');
  const local = mailIn.slice(0, at).toLowerCase();
  const to = address.toLowerCase();
  const end = to.lastIndexOf('@');
  const name = to.slice(0, end);
  return to.slice(end) === mailIn.slice(at).toLowerCase() && (name === local || name.startsWith(`${local}+`));
}

const no = (code: number, words: string) => Object.assign(new Error(words), { responseCode: code });

/** @throws where the port cannot be had */
export async function openMailDoor(options: {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly mailIn: string;
}): Promise<MailDoor> {
  const { folder, mailIn } = options;
  // Loaded by servers that open this door alone.
  const { SMTPServer } = await import('smtp-server');
  const server = new SMTPServer({
    banner: 'Counterfoil takes calendar mail',
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    logger: false,
    size: MOST_BYTES,
    maxClients: 20,
    socketTimeout: 60_000,
    disableReverseLookup: true,
    onRcptTo(address, session, done) {
      if (session.envelope.rcptTo.length >= 20) return done(no(452, 'Too many recipients'));
      done(isOurs(mailIn, address.address) ? null : no(550, 'No such mailbox here'));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      let bytes = 0;
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MOST_BYTES) chunks.push(chunk);
      });
      stream.on('error', (error) => done(error));
      stream.on('end', () => {
        if (stream.sizeExceeded || bytes > MOST_BYTES) return done(no(552, 'Larger than this server takes'));
        // As servers do who deliver: the envelope's recipients above the mail.
        const to = session.envelope.rcptTo.map(({ address }) => `Delivered-To: ${address}\r\n`).join('');
        deliver(folder, Buffer.concat([Buffer.from(to), ...chunks])).then(
          () => done(),
          () => done(no(451, 'Cannot be kept now, try again')),
        );
      });
    },
  });
  // A client that breaks off harms nobody.
  server.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : options.port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
