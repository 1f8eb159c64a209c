/** The process that reads mail from outside and does nothing else: bytes in, what stood in them out. Started by parser.ts with few rights. */
import { readRaw } from './read.ts';

process.on('message', (message: unknown) => {
  if (!(message instanceof Uint8Array)) return;
  readRaw(message).then(
    (read) => process.send?.({ read }),
    () => process.send?.({ read: null }),
  );
});
