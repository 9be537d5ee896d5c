import Hummingbird
package enum WorkloadPlanesSeed {}
