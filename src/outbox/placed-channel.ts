/** The channel on which the relay signals the last position that it has given, in decimal digits. */
export const PLACED_CHANNEL = 'tekton_placed';
