/** The whole Lambda handler as one minified CommonJS file; `@aws-sdk/*` and `node:*` are left to the runtime. */
export type BundleLambda = () => Promise<string>
