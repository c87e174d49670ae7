// How things fail. Core, tasks and adapters throw PermanentError; activities/guard.ts alone translates it for Temporal.

export const FailureType = {
  InvalidConfig: 'InvalidConfig',
  InvalidData: 'InvalidData',
  UnsupportedModel: 'UnsupportedModel',
  CorruptArtifact: 'CorruptArtifact',
  CorruptModel: 'CorruptModel',
  MissingArtifact: 'MissingArtifact',
  MissingModel: 'MissingModel',
  ConservationBroken: 'ConservationBroken',
  RequestRefused: 'RequestRefused',
  TrainingFailed: 'TrainingFailed',
  StoreRefused: 'StoreRefused',
  CampaignConflict: 'CampaignConflict',
} as const;

export type FailureType = (typeof FailureType)[keyof typeof FailureType];

/** A failure that a retry cannot mend; the message says what, where, found, expected and what to do. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly type: FailureType;

  constructor(type: FailureType, message: string, options?: ErrorOptions) {
    super(message, options);
    this.type = type;
  }
}

/** A failure that waiting may mend, with the wait the other side asked for where it named one. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, options?: ErrorOptions & { retryAfterSeconds?: number | undefined }) {
    super(message, options);
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}
