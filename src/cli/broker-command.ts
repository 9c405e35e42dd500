/** The command that is the broker of kept connections. */
export const brokerCommand = 'keep-connections';
