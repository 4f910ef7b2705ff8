import { Fault } from "../../domain/fault.ts";

/** Reads a variable of the gate's environment. What it may name is for the one who hands it over to decide. */
export type Environment = (name: string) => string | undefined;

const referencePattern = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * Puts the values of `${env:NAME}` in. Throws `Fault("invalid")` where one is not set: a request without its credential
 * would only fail later, and less clearly. The message names the variable, never a value.
 */
export function resolveReferences(text: string, environment: Environment, field: string): string {
  return text.replace(referencePattern, (_reference, name: string) => {
    const value = environment(name);
    if (value === undefined) {
      throw new Fault("invalid", `${field} refers to the environment variable ${name}, which is not set`, {
        field,
        next: `Set ${name} in the environment of the gate, or remove the reference.`,
      });
    }
    return value;
  });
}
