// AWS on one machine: what the stack deploys, run here.

export { listen } from './listen.ts'
export { type Endpoint, RUNTIME_LIMITS, type RuntimeLimits, sagemakerRuntime } from './sagemaker/runtime.ts'
export { type Classifier, classifierOf, EXAMPLE_TOPICS, type Examples, readExamples } from './encoder/classifier.ts'
export { encoderContainer, type EncoderTask } from './encoder/container.ts'
export { type Embedder, loadEmbedder } from './encoder/embedder.ts'
export { twinContainer, USUAL_OUTPUT } from './twin/container.ts'
export { type Twin, twinOf, type TwinOptions } from './twin/twin.ts'
export { type ApiKey, apiGateway, type ApiSettings } from './aws/api-gateway.ts'
export { lambdaFunction, type LambdaFunction, type LambdaSettings } from './aws/lambda.ts'
export { type Throttle } from './aws/token-bucket.ts'
export { type LocalModel, type LocalPath, type LocalPathSettings, serveLocalPath } from './local-path.ts'
export { urlContainer } from './url-container.ts'
