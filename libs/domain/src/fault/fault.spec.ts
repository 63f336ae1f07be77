import { Fault, isFault } from './fault.js';
import { FAULTS, type FaultCode } from './faults.js';

describe('a fault', () => {
  it('says its code and facts, leaving out what is not known', () => {
    const fault = new Fault('size.mismatch', { given: 1, recorded: null, oid: undefined });
    expect(fault.message).toBe('size.mismatch (given=1, recorded=null)');
    expect(fault.name).toBe('Fault');
    expect(new Fault('oid.malformed').message).toBe('oid.malformed');
  });

  it.each(Object.entries(FAULTS))('%s is of kind %s', (code, kind) => {
    expect(new Fault(code as FaultCode).kind).toBe(kind);
  });

  it('has a code that can be a metric label and an anchor', () => {
    for (const code of Object.keys(FAULTS)) expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*$/);
  });

  it('keeps its cause', () => {
    const cause = new Error('disk');
    expect(new Fault('staging.failed', {}, { cause }).cause).toBe(cause);
  });

  it('is told from other errors, and by its code', () => {
    expect(isFault(new Fault('lease.lost'))).toBe(true);
    expect(isFault(new Fault('lease.lost'), 'lease.lost')).toBe(true);
    expect(isFault(new Fault('lease.lost'), 'lease.held')).toBe(false);
    for (const other of [new Error('lease.lost'), { code: 'lease.lost' }, null, undefined, 'lease.lost'])
      expect(isFault(other)).toBe(false);
  });
});
