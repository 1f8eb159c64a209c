/**
 * Loaded before a program (`node --import`): its clock stands `CLOCK_APART` milliseconds beside the machine's. Timers run as ever; PostgreSQL
 * keeps the machine's time, as one on another machine would.
 */
const apart = Number(process.env.CLOCK_APART ?? 0);
const Real = Date;
const now = () => Real.now() + apart;

globalThis.Date = new Proxy(Real, {
  construct: (_, args, target) => Reflect.construct(Real, args.length === 0 ? [now()] : args, target),
  apply: () => new Real(now()).toString(),
  get: (real, name) => (name === 'now' ? now : Reflect.get(real, name)),
});
