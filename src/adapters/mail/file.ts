/**
 * Mail as files, the default: nothing leaves this machine. One `.eml` a mail in `<dataDir>/mail`, readable by this user alone because codes
 * and links stand in them; names sort by time.
 */

import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { t } from '../../base/language.ts';
import { type Mailer, MailFailed } from '../../base/mailer.ts';
import { compose } from './compose.ts';

/** Resolves once the file is on disk: written aside, synced, renamed, folder synced. A crash before leaves a `.part` file, never half a mail. */
export function fileMailer(to: { dataDir: string; from: { name: string; address: string }; clock: Clock }): Mailer {
  const folder = join(to.dataDir, 'mail');
  let last = '';
  let many = 0;
  /** Mails of the same millisecond keep their order by a counter. */
  const nextName = (now: Date): string => {
    const stamp = now.toISOString().replace(/[:.]/g, '-');
    many = stamp === last ? many + 1 : 0;
    last = stamp;
    return `${stamp}-${String(many).padStart(6, '0')}-${randomBytes(4).toString('hex')}.eml`;
  };
  return {
    async send(mail) {
      const now = new Date(to.clock.now());
      const name = nextName(now);
      const { raw, messageId } = await compose(mail, to.from, now);
      const path = join(folder, name);
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const file = await open(`${path}.part`, 'wx', 0o600);
        try {
          await file.writeFile(raw);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(`${path}.part`, path);
        const dir = await open(folder, 'r');
        await dir.sync().finally(() => dir.close());
      } catch {
        await rm(`${path}.part`, { force: true }).catch(() => {});
        throw new MailFailed(false, t('ui.refusal.mail.folder'));
      }
      return { messageId };
    },
  };
}
