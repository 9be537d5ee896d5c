import FleetModel
import MetadataDoubles
import Testing

@Suite struct DoubleNodeTests {
    @Test("a path is a node and what its own service is asked for")
    func paths() throws {
        let node = DoubleNode(service: .ec2, plane: "aws-frankfurt", pool: "spot", index: 3)
        let split = try #require(DoubleNode.split("/ec2/aws-frankfurt/spot/3/latest/meta-data/spot/instance-action"))
        #expect(split.node == node)
        #expect(split.path == "/latest/meta-data/spot/instance-action")
        #expect(node.path == "/ec2/aws-frankfurt/spot/3")
    }

    @Test(
        "what names no node is none",
        arguments: [
            "", "/", "/ec2/a/b/0", "/oci/a/b/0/latest", "/ec2//b/0/latest", "/ec2/a/b/-1/x", "/ec2/a/b/1234567/x", "/ec2/A/b/0/x",
            "ec2/a/b/0/x", "/ec2/a/b/٣/x", "/ec2/a/../0/x",
        ])
    func noPath(text: String) { #expect(DoubleNode.split(Substring(text)) == nil) }

    @Test("a change between an answer and the wait for one is not waited for")
    func changedMeanwhile() {
        let world = DoubleWorld(now: { .origin }, utc: { 0 }, token: { "token" })
        let node = DoubleNode(service: .gcp, plane: "lab", pool: "spot", index: 0)
        let path = "/computeMetadata/v1/instance/preempted?wait_for_change=true&timeout_sec=60&last_etag="
        let flavor = (name: "metadata-flavor", value: "Google")
        guard
            case .reply(let first) = world.answer(DoubleRequest("GET", path + "0", headers: [flavor]), of: node, isOverdue: false)
                .answer
        else {
            Issue.record("the first request hangs")
            return
        }
        let request = DoubleRequest("GET", path + (first.headers["etag"] ?? ""), headers: [flavor])
        let (answer, seen) = world.answer(request, of: node, isOverdue: false)
        guard case .hold = answer else {
            Issue.record("the request does not hang")
            return
        }
        let waiter = ObjectIdentifier(Waiter())
        #expect(world.whenChanged(node, since: seen, for: waiter) {} == nil)
        _ = world.cancel(node)
        #expect(world.whenChanged(node, since: seen, for: waiter) {} == .zero)
    }

    private final class Waiter {}
}
