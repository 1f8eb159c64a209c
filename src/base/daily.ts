/** Housekeeping: now and once a day, one round at a time. */
const DAY = 86_400_000;

/** @returns ends it, after the round that is under way */
export function daily(work: () => Promise<unknown>, onError: (error: unknown) => void): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  const round = () => {
    running = running.then(work).catch(onError);
  };
  round();
  const timer = setInterval(round, DAY);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
