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
}
