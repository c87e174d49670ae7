// Puts in place what the embedded stack needs besides packages: a Temporal CLI, the embedded model, the workflow bundle.
// Each is looked for first, so a second run takes a moment. Arguments name the parts wanted: temporal, model, bundle.
import { prepareModel } from '../adapters/models/prepare.ts';
import { pullModel } from '../adapters/models/pull.ts';
import { temporalAddress } from '../adapters/temporal/connect.ts';
import { findTemporalBinary } from '../adapters/temporal/server.ts';
import { bundleWorkflows } from './bundle-workflows.ts';

const embeddedModel = 'smollm2-135m-instruct';
const onProgress = (message: string): void => void process.stderr.write(`  ${message}\n`);

const parts: Record<string, () => Promise<string>> = {
  async temporal() {
    const given = temporalAddress();
    return given === null ? findTemporalBinary({ onProgress }) : `the one at ${given.address}`;
  },
  async model() {
    await pullModel(embeddedModel, { onProgress });
    return (await prepareModel(embeddedModel)).folder;
  },
  bundle: bundleWorkflows,
};

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
for (const name of wanted) await part(name, parts[name] ?? (() => Promise.reject(new Error(`no such part`))));

async function part(name: string, work: () => Promise<string>): Promise<void> {
  const start = performance.now();
  try {
    const found = await work();
    process.stderr.write(`- ${name}: ${found} (${seconds(start)})\n`);
  } catch (error) {
    process.stderr.write(
      `- ${name}: failed after ${seconds(start)}\n${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
}

function seconds(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}
