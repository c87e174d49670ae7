// diffract models, doctor, up: this machine rather than a campaign.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseStore } from '../../config/resolve.ts';
import { printResult } from '../context.ts';
import type { CommandContext, JsonOption } from '../context.ts';
import { ExitCode, UsageError } from '../exit.ts';
import { wholeNumber } from '../options.ts';
import { joinSession, startSession } from '../session.ts';
import { textTable } from '../text-table.ts';

export function addModels(program: Command, context: CommandContext): void {
  const models = program
    .command('models')
    .description('models that campaigns can name')
    .addHelpText('after', '\nExample:\n  diffract models pull smollm2-135m-instruct');
  models
    .command('list', { isDefault: true })
    .description('list them, and which are on this machine')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract models list --json')
    .action(async (options: JsonOption) => {
      const known = await context.services.listModels();
      const rows = known.map(({ name, license, source, file }) => [name, license, file ?? 'not here', source]);
      const text = textTable(['Model', 'license', 'file', 'source'], rows, ['license', 'file', 'source']);
      printResult(context, options, { models: known }, text);
    });
  models
    .command('pull')
    .description('fetch one, prepare and check it; safe to repeat, and goes on where it broke off')
    .argument('<name>', 'a name of the list, org/name[@revision] of the Hugging Face hub, a folder, or a GGUF file')
    .option('--json', 'one JSON document on stdout')
    .addHelpText(
      'after',
      '\nHF_TOKEN is sent to the hub for private and gated models; HF_ENDPOINT names another hub.' +
        '\nAfterwards the name can be used as a model everywhere.' +
        '\n\nExample:\n  diffract models pull smollm2-135m-instruct\n  diffract models pull Qwen/Qwen2.5-0.5B-Instruct@main',
    )
    .action(async (name: string, options: JsonOption) => {
      const { folder, commit } = await context.services.pullModel(name, (message) => context.terminal.note(message));
      const pinned = commit === null ? '' : `, pinned to commit ${commit}`;
      printResult(context, options, { model: name, folder, commit }, `Model ${name}: ${folder}${pinned}`);
    });
}

export function addDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('check that this machine has what campaigns need')
    .option('--store <location>', 'also try out a store: a folder, or s3://bucket/prefix')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  diffract doctor --store s3://my-bucket/diffract')
    .action(async (options: JsonOption & { store?: string }) => {
      const { services } = context;
      const checks = [...(await services.checkMachine())];
      if (options.store !== undefined) {
        const location = parseStore(options.store, '.', services.environment);
        if (location === null)
          throw new UsageError(`--store ${options.store}: expected a folder or s3://bucket/prefix.`);
        const tried = await services.checkStore(location);
        checks.push(...tried.map(({ name, ok, message }) => ({ name: `store: ${name}`, ok, message })));
      }
      const rows = checks.map(({ name, ok, message }) => [ok ? 'ok' : 'FAILED', name, message]);
      const ok = checks.every((check) => check.ok);
      printResult(context, options, { ok, checks }, textTable(['', 'check', 'found'], rows, ['check', 'found']));
      if (!ok) context.answer(ExitCode.Failed);
    });
}

export function addUp(program: Command, context: CommandContext): void {
  program
    .command('up')
    .description('run the Temporal server and the workers in the foreground, until Ctrl-C')
    .option('--workers <n>', 'gradient workers', wholeNumber)
    .option('--json', 'the addresses as one JSON document on stdout, once it is up')
    .addHelpText('after', '\nExample:\n  diffract up --workers 2')
    .action(async (options: JsonOption & { workers?: number }) => {
      const { services, terminal, signal } = context;
      const joined = services.environment['TEMPORAL_ADDRESS'] ? null : await joinSession(services);
      if (joined !== null) {
        await joined.close();
        throw new UsageError(
          `A stack is up already in ${resolve(services.stateFolder)}; use it, or stop it with Ctrl-C where it runs.`,
        );
      }
      const session = await startSession(services, terminal, options.workers);
      try {
        const ui = session.uiAddress === null ? '' : `Temporal UI: ${session.uiAddress}\n`;
        printResult(
          context,
          options,
          { uiAddress: session.uiAddress },
          `Up. ${ui}Campaigns: diffract run FILE in another terminal. Ctrl-C stops it.`,
        );
        while (!signal.aborted) await services.sleep(3600, signal);
      } finally {
        terminal.note('Stopping the server and the workers.');
        await session.close();
      }
    });
}
