/** The package's door. */

export {};
