// Names and arguments of everything one may send to a running campaign or ask of it.

import type { BudgetConfig, CampaignConfig, CampaignContext } from './campaign.ts';

export const campaignWorkflowId = (campaign: string): string => `campaign-${campaign}`;

export const studyWorkflowId = (study: string): string => `study-${study}`;

export const evaluationWorkflowId = (evaluation: string): string => `evaluation-${evaluation}`;

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
  /** EvaluationProgress of an evaluation. */
  Evaluation: 'evaluation',
  /** StudyProgress of a study. */
  Study: 'study',
} as const;

/** `setPaused` and `setAllowance` go from a campaign to the fan-out of its current stage, `stageHeld` comes back. */
export const Signal = { SetPaused: 'setPaused', SetAllowance: 'setAllowance', StageHeld: 'stageHeld' } as const;

export interface PauseArguments {
  readonly reason: string;
}

export interface StopArguments {
  /** Gives up the stage that runs, where it runs in chunks; otherwise the round is finished first. */
  readonly now: boolean;
}

/** The limits to change, of the whole campaign; null lifts a limit. */
export type SetBudgetArguments = Partial<BudgetConfig>;

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
