/**
 * BEGIN of a batch whose queries go out at once: they leave this process in one piece, together with whatever else is sent in the same turn.
 * Else each would be a call of the system, and wake PostgreSQL to wait for the next.
 */
import type { ClientBase, Connection } from 'pg';
import pg from 'pg';

class Begin extends pg.Query {
  constructor(done: (error?: Error) => void) {
    super({ name: 'begin', text: 'begin' }, (error) => done(error ?? undefined));
  }

  override submit = (connection: Connection): void => {
    const { stream } = connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
    connection.query('begin');
  };
}

export function begin(client: ClientBase): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new Begin((error) => (error ? reject(error) : resolve())));
  });
}
