// The version that --version prints and exports name.

export const version = '0.1.0';
