import { CustomResource, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib'
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3'

import type { StackPlan } from '../plan.ts'
import { TEXT_TO_TEXT_FILES } from '../text-to-text.ts'
import { allow, arn, roleOf, withoutNeedlessOrder } from './roles.ts'

/** Writes the files into the bucket when the stack is made, and takes them out when it goes: CloudFormation itself cannot. */
const LOADER = `const{S3Client:S,PutObjectCommand:P,DeleteObjectCommand:D}=require("@aws-sdk/client-s3");exports.handler=async e=>{const{Bucket,Files}=e.ResourceProperties,s=new S({});let Status="SUCCESS",Reason;try{for(const[Key,Body]of Object.entries(Files))await s.send(e.RequestType==="Delete"?new D({Bucket,Key}):new P({Bucket,Key,Body}))}catch(x){Status="FAILED";Reason=x.name}await fetch(e.ResponseURL,{method:"PUT",headers:{"content-type":""},body:JSON.stringify({Status,Reason,PhysicalResourceId:Bucket+"/files",StackId:e.StackId,RequestId:e.RequestId,LogicalResourceId:e.LogicalResourceId})})}`

export type Script = { readonly files: CustomResource; readonly prefix: string }

/** The serving script in a bucket of the stack's own, where SageMaker fetches it from. */
export const scriptBucket = (stack: Stack, { name }: StackPlan): Script => {
  const bucket = new Bucket(stack, 'Script', {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  const functionName = `${name}-script`
  const logGroup = new LogGroup(stack, 'ScriptLog', {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  const loader = new LambdaFunction(stack, 'ScriptLoader', {
    functionName,
    runtime: Runtime.NODEJS_22_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromInline(LOADER),
    timeout: Duration.seconds(60),
    memorySize: 256,
    logGroup,
    role: roleOf(stack, 'ScriptRole', 'lambda', [
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [arn('logs', `log-group:/aws/lambda/${functionName}:*`)]),
      allow(['s3:PutObject', 's3:DeleteObject'], [bucket.arnForObjects('model/code/*')]),
    ]),
  })
  withoutNeedlessOrder(loader)
  const files = new CustomResource(stack, 'ScriptFiles', {
    serviceToken: loader.functionArn,
    properties: { Bucket: bucket.bucketName, Files: TEXT_TO_TEXT_FILES },
  })
  return { files, prefix: `s3://${bucket.bucketName}/model/` }
}
