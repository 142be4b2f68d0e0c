/** Why a release should not be used any more, in the order of their numbers on the wire. */
export const retirementReasons = ['other', 'invalid', 'security', 'deprecated', 'renamed'] as const;

export type RetirementReason = (typeof retirementReasons)[number];
