import { Fault } from '#domain/fault/fault.js';
import { isTransient, translate } from './failures.js';

const failure = (facts: object, message = 'failed') => Object.assign(new Error(message), facts);

describe('a failure of the database', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', '57P01', '57P03', '08006', '53300', '25P03'])(
    'with code %s is an outage',
    (code) => {
      expect(translate(failure({ code }))).toMatchObject({ code: 'database.unavailable', facts: { code } });
      expect(isTransient(failure({ code }))).toBe(true);
    },
  );

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
    'Cannot use a pool after calling end on the pool',
  ])('that says "%s" is an outage', (message) => {
    expect(translate(failure({}, message))).toMatchObject({ code: 'database.unavailable' });
  });

  it('never quotes the database in its facts, which are logged', () => {
    const { facts } = translate(failure({ code: '08006' }, 'password "hunter2" refused')) as Fault;
    expect(JSON.stringify(facts)).not.toContain('hunter2');
  });

  it.each([
    [{ code: 'BL001' }, 'stream.version-conflict'],
    [{ code: '23505', constraint: 'events_stream_version' }, 'stream.version-conflict'],
    [{ code: '40P01' }, 'stream.version-conflict'],
    [{ code: '40001' }, 'stream.version-conflict'],
    [{ code: 'BL002' }, 'lease.lost'],
    [{ code: '23505', constraint: 'repositories_path_key_key' }, 'repository.exists'],
  ])('%j means %s', (facts, code) => {
    expect(translate(failure(facts))).toMatchObject({ code });
  });

  it('of any other kind stays what it is: a bug', () => {
    for (const error of [
      failure({ code: '23505', constraint: 'objects_pkey' }),
      failure({ code: '42P01' }),
      failure({}, 'cannot read x'),
    ]) {
      expect(translate(error)).toBe(error);
      expect(isTransient(error)).toBe(false);
    }
  });

  it('that is a fault already passes', () => {
    const fault = new Fault('lease.held');
    expect(translate(fault)).toBe(fault);
  });
});
