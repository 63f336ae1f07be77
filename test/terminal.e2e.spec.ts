import { DEFAULT_ACCOUNT } from './proton-emulator/contract.js';
import { isPasswordLogin } from './harness/emulator.js';
import { ProtonDrill } from './harness/proton-drill.js';
import { terminalMissing } from './harness/pseudo-terminal.js';
import type { Typing } from './harness/run.js';

const ENTER = '\r';
const CTRL_C = '\u0003';
const { username, password } = DEFAULT_ACCOUNT;

(terminalMissing ? describe.skip : describe)(
  `a person at a terminal${terminalMissing ? `: ${terminalMissing}` : ''}`,
  () => {
    let proton: ProtonDrill;

    beforeAll(async () => {
      proton = await ProtonDrill.start({ failpoints: false });
    }, 120_000);
    afterAll(() => proton.dispose(), 120_000);

    /** Tells at the end whether the terminal shows again what is typed. */
    const login = (typing: Typing) => proton.drill.stack.typed(['vault', 'login', '--password'], typing);
    const logins = async (since: number) => (await proton.emulator.calls(since)).filter(isPasswordLogin);

    it('types a password that nobody sees', async () => {
      const since = await proton.emulator.mark();
      const { code, stdout: shown } = await login([
        [/user name/i, username + ENTER],
        [/password \(not shown\)/i, password + ENTER],
      ]);
      expect(code).toBe(0);
      expect(shown).toContain(username);
      expect(shown).not.toContain(password);
      expect(shown).toContain('echo is on');
      expect(await logins(since)).not.toEqual([]);
      await proton.drill.pushUntilDone(await proton.drill.work([1_000]));
    });

    it('thinks better of it at the password: nothing is sent, and the terminal is as before', async () => {
      const since = await proton.emulator.mark();
      const { code, stdout: shown } = await login([
        [/user name/i, username + ENTER],
        [/password \(not shown\)/i, `${password.slice(0, 5)}${CTRL_C}`],
      ]);
      expect(code).not.toBe(0);
      expect(shown).not.toContain(password.slice(0, 5));
      expect(shown).toContain('echo is on');
      expect(await logins(since)).toEqual([]);
    });
  },
);
