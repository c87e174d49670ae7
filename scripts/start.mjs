// `npm start`: sets up what is missing, then runs the embedded campaign on this machine.
// What stands after `--` goes to the command: `npm start -- --quick`.
import { runInForeground } from '../bin/foreground.mjs';
import { main, prepare, root, timed } from './setup.mjs';

await main(async () => {
  timed('set-up', () => prepare());
  const campaign = ['cli/main.ts', 'run', 'examples/embedded.yaml', ...process.argv.slice(2)];
  return runInForeground(process.execPath, ['--import', 'tsx', ...campaign], { cwd: root });
});
