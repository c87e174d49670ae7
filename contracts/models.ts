// How files and messages name a model.

/** A name of the catalogue, or a folder or GGUF file. */
export type ModelReference = string;
