// One script for both looks: the page starts it twice, so that the deeper one never stands in the way of the first.
import { lookDeeper } from './deeper-look.ts'
import { answerFirst } from './first-look.ts'
import type { Question, RefinerReply, SolverReply } from './messages.ts'
import { openCatalogue } from './open-catalogue.ts'
import type { Session } from './session.ts'
import { openSession } from './session.ts'

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- A worker has no origin to name.
const reply = (message: SolverReply | RefinerReply): void => self.postMessage(message)

let session: Promise<Session> | undefined

const respond = async (question: Question): Promise<void> => {
  session ??= openCatalogue(question.catalogue).then(openSession)
  const opened = await session.catch(() => undefined)
  if (opened === undefined) reply({ kind: 'failed' })
  else if (question.look === 'first') await answerFirst(opened, question, reply)
  else await lookDeeper(opened, question, reply)
}

self.addEventListener('message', ({ data }: MessageEvent<Question>) => {
  void respond(data)
})
