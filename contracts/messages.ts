// Names and arguments of everything one may send to a running campaign or ask of it.

import type { CampaignConfig, CampaignContext } from './campaign.ts';

export const campaignWorkflowId = (campaign: string): string => `campaign-${campaign}`;

export const Update = {
  Pause: 'pause',
  Resume: 'resume',
  SetBudget: 'setBudget',
  Stop: 'stop',
} as const;

export const Query = {
  /** CampaignProgress of a campaign. */
  Progress: 'progress',
  /** FanOutStatus of a fan-out. */
  FanOut: 'fanOut',
} as const;

/** Sent by a campaign to the fan-out that carries its current stage. */
export const Signal = { SetPaused: 'setPaused' } as const;

export interface PauseArguments {
  readonly reason: string;
}

export interface SetBudgetArguments {
  /** Language-model tokens of the whole campaign; null lifts the budget. */
  readonly tokens: number | null;
}

/** Memo of a campaign's workflow: lets a second start tell "the same again" from "another under one name". */
export interface CampaignMemo {
  /** Hex sha256 of the resolved configuration. */
  readonly configuration: string;
}

/** The start argument of the campaign workflow. */
export interface CampaignInput<Carried> {
  readonly config: CampaignConfig;
  readonly context: CampaignContext;
  /** Null on the first run; what the run before handed on otherwise. */
  readonly carried: Carried | null;
}
