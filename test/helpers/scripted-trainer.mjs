// A training program for tests that does as told: `--plan=crash:7,success` gives one behaviour per time it is started.
//   success           trains to the end and saves the model
//   crash:STEP        exits with 3 before that step, in the middle of saving a checkpoint
//   stall:STEP        stops doing anything at that step, but lives; `deaf:STEP` ignores SIGTERM as well
//   lie               exits with 0 and leaves nothing
//   cut               exits with 0 and leaves the beginning of the model, as a script that heeds no failure
//   short:STEP        saves the model at that step and exits with 0
//   exit:CODE         prints `--says=TEXT` and exits with that code after six steps
//   nan:STEP          trains on, from that step with a loss that is no number
//   full:STEP         finds the disk full while it saves a checkpoint
//   orphan:STEP       crashes, and leaves a process of another session behind
// `--report=progress` writes DIFFRACT_PROGRESS_FILE, `factory` trainer_log.jsonl, `state` only the checkpoints' states;
// `printed` prints as transformers 5 does and saves states too.

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const options = Object.fromEntries(
  process.argv.slice(2).map((argument) => /^--([a-z-]+)=(.*)$/s.exec(argument).slice(1)),
);
const {
  train,
  output,
  plan,
  says = '',
  report = 'progress',
  resume = '',
  'step-ms': stepMs = '5',
  steps = '20',
} = options;
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
  if (behaviour === 'full' && step === stopAt) writeFileSync('/dev/full', 'half of the weights');
  if (behaviour === 'exit' && step === 7) exit(stopAt);
  if (behaviour === 'orphan' && step === stopAt) orphan();
  const loss = behaviour === 'nan' && step >= stopAt ? 'NaN' : 10 / step;
  history.push({ step, loss });
  if (report === 'printed') print(step, loss);
  if (report === 'progress') line(progressFile, { step, total_steps: totalSteps, loss });
  if (report === 'factory')
    line(join(output, 'trainer_log.jsonl'), { current_steps: step, total_steps: totalSteps, loss });
  if (step % 5 === 0 || step === totalSteps) saveCheckpoint(step);
  if (behaviour === 'short' && step === stopAt) break;
}
const model = safetensors(`weights after ${totalSteps} steps`);
writeFileSync(join(output, 'model.safetensors'), behaviour === 'cut' ? model.slice(0, -1) : model);
writeFileSync(join(output, 'config.json'), '{}');
writeFileSync(join(output, 'training_args.bin'), 'not of the model');

function saveCheckpoint(step) {
  const folder = join(output, `checkpoint-${step}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.safetensors'), safetensors('weights'));
  // As Python writes it when a loss diverges.
  const state = JSON.stringify({
    global_step: step,
    max_steps: totalSteps,
    log_history: [...history, { step, grad_norm: 'NAN' }],
  });
  writeFileSync(join(folder, 'trainer_state.json'), asPython(state));
}

/** One tensor of bytes; its table is shorter than 128 of them. */
function safetensors(text) {
  const table = JSON.stringify({ t: { dtype: 'U8', shape: [text.length], data_offsets: [0, text.length] } });
  return `${String.fromCharCode(table.length)}${'\0'.repeat(7)}${table}${text}`;
}

function exit(code) {
  console.error(says);
  process.exit(code);
}

function orphan() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  writeFileSync(join(output, '..', 'orphan'), String(child.pid));
  process.exit(1);
}

function print(step, loss) {
  process.stderr.write(
    `\r ${Math.round((100 * step) / totalSteps)}%|██   | ${step}/${totalSteps} [00:01<00:02, 9.9it/s]`,
  );
  console.log(`\r{'loss': '${Number(loss).toPrecision(4).toLowerCase()}', 'grad_norm': '1.2', 'epoch': '0.1'}`);
}

function asPython(json) {
  return json.replaceAll(/"(NaN|NAN)"/g, 'NaN');
}

function crash(step) {
  const folder = join(output, `checkpoint-${step}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.safetensors'), 'half of the weights');
  console.error(`CUDA error: an illegal memory access was encountered at step ${step}, key ${SECRET ?? 'none'}`);
  process.exit(3);
}

function line(file, value) {
  appendFileSync(file, `${asPython(JSON.stringify(value))}\n`);
}
