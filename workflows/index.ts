// The workflows a control worker serves.

export { campaign } from './campaign.ts';
export { evaluation } from './evaluation.ts';
export { fanOut } from './fan-out.ts';
export { training } from './training.ts';
export { study } from './study.ts';
