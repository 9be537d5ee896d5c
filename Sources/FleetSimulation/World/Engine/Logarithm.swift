/// Natural logarithm and exponential of finite numbers, good to about twelve digits and the same on every machine: the core
/// imports no mathematics library.
enum Logarithm {
    private static let ln2 = 0.693_147_180_559_945_3

    /// ln(2^k · s) = k ln 2 + 2 artanh((s − 1) / (s + 1)); `value` above 0.
    static func natural(_ value: Double) -> Double {
        let ratio = (value.significand - 1) / (value.significand + 1)
        let square = ratio * ratio
        var sum = 0.0
        var term = ratio
        for odd in stride(from: 1.0, through: 23.0, by: 2.0) {
            sum += term / odd
            term *= square
        }
        return Double(value.exponent) * ln2 + 2 * sum
    }

    /// e^v = 2^n · e^r with |r| at most ln 2 / 2.
    static func exponential(_ value: Double) -> Double {
        guard value > -700 else { return 0 }
        let bounded = min(value, 700)
        let whole = (bounded / ln2).rounded()
        let rest = bounded - whole * ln2
        var sum = 1.0
        var term = 1.0
        for divisor in 1...14 {
            term *= rest / Double(divisor)
            sum += term
        }
        return Double(sign: .plus, exponent: Int(whole), significand: 1) * sum
    }

    static func power(_ base: Double, _ exponent: Double) -> Double {
        base > 0 ? exponential(natural(base) * exponent) : 0
    }

    /// The point of the standard normal distribution below which a share of it lies (Acklam's rational approximation, relative
    /// error below 1.2e-9). `share` between 0 and 1, both excluded.
    static func normalQuantile(_ share: Double) -> Double {
        let a = [
            -39.696_830_286_653_76, 220.946_098_424_520_5, -275.928_510_446_968_7, 138.357_751_867_269, -30.664_798_066_147_16,
            2.506_628_277_459_239,
        ]
        let b = [
            -54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6, 66.801_311_887_719_72, -13.280_681_552_885_72,
        ]
        let c = [
            -0.007_784_894_002_430_293, -0.322_396_458_041_136_5, -2.400_758_277_161_838, -2.549_732_539_343_734,
            4.374_664_141_464_968, 2.938_163_982_698_783,
        ]
        let d = [0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416]
        func tail(_ q: Double) -> Double {
            (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5])
                / ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1)
        }
        if share < 0.02425 { return tail((-2 * natural(share)).squareRoot()) }
        if share > 1 - 0.02425 { return -tail((-2 * natural(1 - share)).squareRoot()) }
        let q = share - 0.5
        let r = q * q
        return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q
            / (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1)
    }
}
