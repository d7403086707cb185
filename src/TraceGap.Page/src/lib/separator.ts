/** Between the values of a parameter that an address has several times. */
export const separator = '\n';
