// A configuration file that we can write for a known training program, as data.

export interface TemplateValues {
  readonly model: string;
  readonly trainFile: string;
  readonly outputFolder: string;
  readonly seed: number;
  readonly resumeCheckpoint: string | null;
}

export interface ConfigurationTemplate {
  /** The name that one word of the command must have, with or without a folder before it. */
  readonly program: string;
  /** The contents of `{{config_file}}`; written as YAML. */
  configuration(values: TemplateValues): object;
}
