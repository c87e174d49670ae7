// A training program for tests that does as told: `--plan=crash:7,success` gives one behaviour per time it is started.
//   success           trains to the end and saves the model
//   crash:STEP        exits with 3 before that step, in the middle of saving a checkpoint
//   stall:STEP        stops doing anything at that step, but lives; `deaf:STEP` ignores SIGTERM as well
//   lie               exits with 0 and leaves nothing
//   short:STEP        saves the model at that step and exits with 0
// `--report=progress` writes DIFFRACT_PROGRESS_FILE, `factory` trainer_log.jsonl, `state` only the checkpoints' states.

import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const options = Object.fromEntries(
  process.argv.slice(2).map((argument) => /^--([a-z-]+)=(.*)$/s.exec(argument).slice(1)),
);
const { train, output, plan, report = 'progress', resume = '', 'step-ms': stepMs = '5', steps = '20' } = options;
const totalSteps = Number(steps);

const diary = join(output, '..', 'starts.jsonl');
const starts = existsSync(diary) ? readFileSync(diary, 'utf8').trim().split('\n').length : 0;
const { DIFFRACT_PROGRESS_FILE: progressFile, PYTHONUNBUFFERED, TOKENIZERS_PARALLELISM, SECRET } = process.env;
const environment = { progressFile, PYTHONUNBUFFERED, TOKENIZERS_PARALLELISM, SECRET };
appendFileSync(diary, `${JSON.stringify({ pid: process.pid, options, environment })}\n`);

const behaviours = plan.split(',');
const [behaviour, at] = (behaviours[starts] ?? behaviours.at(-1)).split(':');
const stopAt = Number(at ?? Infinity);
const rows = readFileSync(train, 'utf8').trim().split('\n').length;
console.log(`training on ${rows} rows from step ${resume || 0}, key ${SECRET ?? 'none'}`);
if (behaviour === 'lie') process.exit(0);
if (behaviour === 'deaf') process.on('SIGTERM', () => console.log('not now'));

const history = [];
const first = resume ? Number(/-(\d+)$/.exec(resume)[1]) + 1 : 1;
for (let step = first; step <= totalSteps; step++) {
  await sleep(Number(stepMs));
  if (behaviour === 'crash' && step === stopAt) crash(step);
  if ((behaviour === 'stall' || behaviour === 'deaf') && step === stopAt) await sleep(10 ** 8);
  const loss = 10 / step;
  history.push({ step, loss });
  if (report === 'progress') line(progressFile, { step, total_steps: totalSteps, loss });
  if (report === 'factory')
    line(join(output, 'trainer_log.jsonl'), { current_steps: step, total_steps: totalSteps, loss });
  if (step % 5 === 0 || step === totalSteps) saveCheckpoint(step);
  if (behaviour === 'short' && step === stopAt) break;
}
writeFileSync(join(output, 'model.safetensors'), `weights after ${totalSteps} steps`);
writeFileSync(join(output, 'config.json'), '{}');
writeFileSync(join(output, 'training_args.bin'), 'not of the model');

function saveCheckpoint(step) {
  const folder = join(output, `checkpoint-${step}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.safetensors'), 'weights');
  // As Python writes it when a loss diverges.
  const state = JSON.stringify({
    global_step: step,
    max_steps: totalSteps,
    log_history: [...history, { step, grad_norm: 'NAN' }],
  });
  writeFileSync(join(folder, 'trainer_state.json'), state.replace('"NAN"', 'NaN'));
}

function crash(step) {
  const folder = join(output, `checkpoint-${step}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.safetensors'), 'half of the weights');
  console.error(`CUDA error: an illegal memory access was encountered at step ${step}, key ${SECRET ?? 'none'}`);
  process.exit(3);
}

function line(file, value) {
  appendFileSync(file, `${JSON.stringify(value)}\n`);
}
