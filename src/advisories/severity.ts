import cvss from 'ae-cvss-calculator';
import { type Severity } from '../hex/registry/advisory.js';

export interface Rating {
  /** Null: nobody has told. */
  readonly severity: Severity | null;
  readonly vector: string | null;
  /** 0.0 to 10.0. */
  readonly score: number | null;
}

/** By version of CVSS. Without one of these metrics a vector means nothing; the library would call it harmless. */
const VERSIONS = [
  { prefix: 'CVSS:3.0/', read: cvss.Cvss3P0, base: ['AV', 'AC', 'PR', 'UI', 'S', 'C', 'I', 'A'] },
  { prefix: 'CVSS:3.1/', read: cvss.Cvss3P1, base: ['AV', 'AC', 'PR', 'UI', 'S', 'C', 'I', 'A'] },
  {
    ...{ prefix: 'CVSS:4.0/', read: cvss.Cvss4P0 },
    base: ['AV', 'AC', 'AT', 'PR', 'UI', 'VC', 'VI', 'VA', 'SC', 'SI', 'SA'],
  },
] as const;

const WORDS: Readonly<Record<string, Severity>> = {
  ...{ NONE: 'none', LOW: 'low', MEDIUM: 'medium', MODERATE: 'medium', HIGH: 'high', CRITICAL: 'critical' },
};

/** The base score of a vector of CVSS 3.0, 3.1 or 4.0; null for what is no whole vector. */
export function scoreOf(vector: string): number | null {
  const version = VERSIONS.find(({ prefix }) => vector.startsWith(prefix));
  const given = new Map(vector.split('/').map((part) => part.split(':') as [string, string]));
  if (version === undefined || version.base.some((metric) => (given.get(metric) ?? 'X') === 'X')) return null;
  try {
    const { base } = new version.read(vector).calculateScores();
    return base ?? null;
  } catch {
    return null;
  }
}

/** As FIRST words it for CVSS 3 and 4 alike. */
function ratingOf(score: number): Severity {
  if (score === 0) return 'none';
  if (score < 4) return 'low';
  if (score < 7) return 'medium';
  return score < 9 ? 'high' : 'critical';
}

/** `word`: what the database says, which goes before what the newest of the vectors comes to. */
export function rate(word: string | undefined, vectors: readonly string[]): Rating {
  const scored = vectors
    .toSorted()
    .reverse()
    .map((vector) => ({ vector, score: scoreOf(vector) }));
  const { vector = null, score = null } = scored.find((one) => one.score !== null) ?? {};
  const said = WORDS[word?.toUpperCase() ?? ''] ?? null;
  return { severity: said ?? (score === null ? null : ratingOf(score)), vector, score };
}
