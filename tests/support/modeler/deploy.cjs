// Deploy files with the client of Camunda Modeler, by the calls that Modeler makes, and print what Modeler would get.
//
//   node deploy.cjs FOLDER URL CONFIGURATION FILE...
//
// FOLDER has node_modules/@camunda8/sdk, CONFIGURATION is the JSON of what the dialog of Modeler has set.
const fs = require('node:fs')
const path = require('node:path')

const [, , folder, url, configuration, ...files] = process.argv
const { Camunda8 } = require(path.join(folder, 'node_modules', '@camunda8', 'sdk'))

const KINDS = { '.bpmn': 'process', '.dmn': 'decision', '.form': 'form' }

async function overGrpc(client) {
  const { gatewayVersion } = await client.topology()
  const resources = files.map((file) => ({
    name: path.basename(file),
    [KINDS[path.extname(file)]]: fs.readFileSync(file),
  }))
  const response = await (resources.length > 1
    ? client.deployResources(resources)
    : client.deployResource(resources[0]))
  return { gatewayVersion, response }
}

async function overHttp(client) {
  const { gatewayVersion } = await client.getTopology()
  const resources = files.map((file) => ({ name: path.basename(file), content: fs.readFileSync(file) }))
  return { gatewayVersion, response: await client.deployResources(resources) }
}

async function main() {
  const grpc = url.startsWith('grpc')
  const address = grpc
    ? { ZEEBE_GRPC_ADDRESS: url, zeebeGrpcSettings: { ZEEBE_GRPC_CLIENT_RETRY: false } }
    : { ZEEBE_REST_ADDRESS: url }
  const camunda = new Camunda8({ ...address, ...JSON.parse(configuration) })
  let answer
  try {
    answer = grpc
      ? await overGrpc(camunda.getZeebeGrpcApiClient())
      : await overHttp(camunda.getCamundaRestClient())
  } catch (error) {
    answer = { error: { message: error.message, code: error.code, details: error.details } }
  }
  fs.writeSync(1, `\n${JSON.stringify(answer)}\n`)
  process.exit(0) // the client of gRPC closes only after some seconds
}

main()
