import Hummingbird
package enum SimulatedEngineSeed {}
