// AWS on one machine: what the stack deploys, run here.

export { listen, type Served } from './listen.ts'
export { type Endpoint, RUNTIME_LIMITS, type RuntimeLimits, sagemakerRuntime } from './sagemaker/runtime.ts'
