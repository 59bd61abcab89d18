// The official client, for tests here and of what crosses rooms.
export { default as OpenAI } from 'openai'
