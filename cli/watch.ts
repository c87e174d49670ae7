// Follows a campaign to its end: live progress, a table as soon as a round is done, and patience with a server that restarts.

import type { CampaignView, Campaigns } from '../adapters/temporal/campaigns.ts';
import { roundText, seedText } from './campaign-tables.ts';
import { isRefusedConnection } from './exit.ts';
import { createPacer, paceText } from './pace.ts';
import type { Services } from './services.ts';
import type { Terminal } from './terminal.ts';

const POLL_SECONDS = 1;
const PLAIN_LINE_SECONDS = 5;
const PATIENCE_SECONDS = 300;

/**
 * Returns the last view, once the campaign is no longer running.
 * @throws an `AbortError` when `signal` fires; the campaign goes on without its watcher
 */
export async function watchCampaign(
  campaigns: Campaigns,
  name: string,
  { services, terminal, signal }: { services: Services; terminal: Terminal; signal: AbortSignal },
): Promise<CampaignView> {
  const show = createView(terminal, services);
  let lastAnswer = services.now();
  let isAway = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      const view = await campaigns.status(name);
      const live = view.state === 'running' ? await campaigns.liveProgress(name) : null;
      lastAnswer = services.now();
      isAway = false;
      show(view, live);
      if (view.state !== 'running') return view;
    } catch (error) {
      if (!isRefusedConnection(error) || services.now() - lastAnswer > PATIENCE_SECONDS) throw error;
      if (!isAway) terminal.note('The server or its workers do not answer; trying again ...');
      isAway = true;
    }
    await services.sleep(POLL_SECONDS, signal);
  }
}

type Live = Awaited<ReturnType<Campaigns['liveProgress']>>;

function createView(terminal: Terminal, services: Services): (view: CampaignView, live: Live) => void {
  const pace = createPacer();
  let [rounds, seedsShown] = [0, false];
  let [waiting, trouble] = [null as string | null, null as string | null];
  let [lastLine, lastLineAt] = ['', Number.NEGATIVE_INFINITY];
  return (view, live) => {
    if (!seedsShown && view.seedDiversity !== null) {
      terminal.note(seedText(view.seedDiversity));
      seedsShown = true;
    }
    for (const round of view.history.slice(rounds)) terminal.note(`\n${roundText(round, view)}\n`);
    rounds = Math.max(rounds, view.history.length);
    if (view.waiting !== waiting && view.waiting !== null) terminal.note(`Waiting: ${view.waiting}`);
    waiting = view.waiting;
    const failing = live?.trouble ?? null;
    if (failing !== null && failing !== trouble) terminal.note(`Trying again: ${failing}`);
    trouble = failing;
    if (view.state !== 'running') return;
    const { stage } = view.progress;
    const { done, total } = live !== null && live.total > 0 ? live : view.progress;
    const now = services.now();
    // While nothing is sent there is no rate, and what is left takes as long as the wait.
    const rate = pace(`${view.round}/${stage}/${total}/${waiting ?? failing ?? ''}`, done, total, now);
    const line =
      `round ${view.round}/${view.rounds}  ${stage}  ${total > 0 ? paceText(done, total, rate) : ''}`.trimEnd();
    if (terminal.interactive) terminal.progress(waiting === null ? line : `${line}  (waiting: ${waiting})`);
    else if (line !== lastLine && now - lastLineAt >= PLAIN_LINE_SECONDS) {
      terminal.note(line);
      [lastLine, lastLineAt] = [line, now];
    }
  };
}
