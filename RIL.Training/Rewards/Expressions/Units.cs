using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;

namespace RIL.Training.Rewards.Expressions;

/// <summary>A unit: powers of base units, and by what a number in it is multiplied to be in those.</summary>
internal sealed record Unit(string Dimension, Rational Factor)
{
    /// <summary>A number without a unit.</summary>
    public static readonly Unit None = new("", Rational.Of(1));

    public bool IsNone => Dimension.Length == 0;
}

/// <summary>
/// The units that are known, with exact conversions: metric ones, the inch's and the pound's family, time, litres, speeds. Degrees,
/// temperatures and currencies stand for themselves alone.
/// </summary>
internal static class Units
{
    // name(s): factor base^power…; a factor is a decimal or a fraction.
    private const string Known = """
        m meter meters metre metres метр метра метров 米 公尺 メートル 미터 : 1 m1
        km kilometer kilometers kilometre kilometres км 公里 千米 キロメートル : 1000 m1
        dm decimeter decimetre : 1/10 m1
        cm centimeter centimeters centimetre centimetres см 厘米 公分 センチ センチメートル 센티미터 : 1/100 m1
        mm millimeter millimeters millimetre millimetres мм 毫米 ミリメートル : 1/1000 m1
        μm um micrometer micrometers micron microns : 1/1000000 m1
        nm nanometer nanometers : 1/1000000000 m1
        in inch inches : 127/5000 m1
        ft foot feet : 381/1250 m1
        yd yard yards : 1143/1250 m1
        mi mile miles : 201168/125 m1
        g gram grams gramme grammes г 克 グラム : 1/1000 kg1
        kg kilogram kilograms kilo kilos кг 千克 公斤 キログラム : 1 kg1
        mg milligram milligrams : 1/1000000 kg1
        t ton tons tonne tonnes : 1000 kg1
        lb lbs pound-mass : 45359237/100000000 kg1
        oz ounce ounces : 45359237/1600000000 kg1
        s sec secs second seconds секунд 秒 초 : 1 s1
        ms millisecond milliseconds : 1/1000 s1
        min mins minute minutes минут 分钟 分 분 : 60 s1
        h hr hrs hour hours час часа часов 小时 時間 시간 : 3600 s1
        day days 天 日 : 86400 s1
        week weeks : 604800 s1
        L l liter liters litre litres 升 リットル : 1/1000 m3
        mL ml milliliter milliliters millilitre : 1/1000000 m3
        cL cl centiliter : 1/100000 m3
        dL dl deciliter : 1/10000 m3
        ha hectare hectares : 10000 m2
        mph : 1397/3125 m1 s-1
        kmh kph : 5/18 m1 s-1
        N newton newtons : 1 kg1 m1 s-2
        J joule joules : 1 kg1 m2 s-2
        kJ : 1000 kg1 m2 s-2
        W watt watts : 1 kg1 m2 s-3
        kW : 1000 kg1 m2 s-3
        Pa pascal : 1 kg1 m-1 s-2
        kPa : 1000 kg1 m-1 s-2
        Hz hertz : 1 s-1
        kHz : 1000 s-1
        MHz : 1000000 s-1
        A amp amps ampere amperes : 1 A1
        mA : 1/1000 A1
        V volt volts : 1 kg1 m2 s-3 A-1
        Ω ohm ohms : 1 kg1 m2 s-3 A-2
        C coulomb : 1 s1 A1
        K kelvin : 1 K1
        mol mole moles : 1 mol1
        °C celsius Celsius : 1 °C1
        °F fahrenheit Fahrenheit : 1 °F1
        ° degree degrees deg degs градусов 度 도 Grad grados degrés : 1 °1
        rad radian radians : 1 rad1
        $ \$ dollar dollars USD usd bucks доллар долларов 美元 ドル 달러 : 1 $1
        ¢ cent cents : 1/100 $1
        € EUR eur euro euros 欧元 ユーロ 유로 : 1 €1
        £ GBP gbp pound pounds : 1 £1
        ¥ JPY CNY RMB yuan yen 元 円 日元 人民币 : 1 ¥1
        ₹ INR rupee rupees : 1 ₹1
        ₽ RUB руб рублей рубля рубль : 1 ₽1
        ₩ KRW won 원 : 1 ₩1
        byte bytes : 1 byte1
        KB kB : 1000 byte1
        MB : 1000000 byte1
        GB : 1000000000 byte1
        """;

    private static readonly Dictionary<string, int> MagnitudeTens = new(StringComparer.Ordinal)
    {
        ["hundred"] = 2, ["thousand"] = 3, ["million"] = 6, ["millions"] = 6, ["billion"] = 9, ["trillion"] = 12, ["万"] = 4, ["萬"] = 4,
        ["만"] = 4, ["亿"] = 8, ["億"] = 8, ["억"] = 8, ["тысяч"] = 3, ["тысячи"] = 3, ["миллион"] = 6, ["миллионов"] = 6, ["mil"] = 3,
        ["millones"] = 6, ["Millionen"] = 6, ["Tausend"] = 3, ["mille"] = 3, ["k"] = 3, ["K"] = 3, ["M"] = 6, ["B"] = 9, ["bn"] = 9,
    };

    private static readonly FrozenDictionary<string, (Rational Factor, (string Base, int Power)[] Parts)> Table = Read();

    public static readonly FrozenSet<string> Shapes = FrozenSet.ToFrozenSet(
        ["square", "sq", "squared", "cubic", "cu", "cubed", "per", "平方", "立方", "平方米", "平方厘米", "立方米", "立方厘米"]);

    public static readonly FrozenSet<string> Percent = FrozenSet.ToFrozenSet(
        ["%", "percent", "pct", "Prozent", "процентов", "процента", "prozent", "pourcent", "퍼센트", "パーセント", "per\u00a0cent"]);

    public static bool IsUnit(string word) => Table.ContainsKey(word);

    public static int? MagnitudeTensOf(string word) => MagnitudeTens.TryGetValue(word, out int tens) ? tens : null;

    /// <summary>The product of units to powers; null where a power is too high.</summary>
    public static Unit? Product(IEnumerable<(string Name, int Power)> units)
    {
        Rational? factor = Rational.Of(1);
        var powers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach ((string name, int power) in units)
        {
            if (Math.Abs(power) > 12) return null;
            (Rational unit, (string Base, int Power)[] parts) = Table[name];
            factor = unit.Power(Rational.Of(power)) is { } raised ? factor?.Times(raised) : null;
            foreach ((string part, int times) in parts) powers[part] = powers.GetValueOrDefault(part) + times * power;
        }
        return factor is { } known ? new Unit(string.Join('·', powers.Where(p => p.Value != 0).Select(p => $"{p.Key}^{p.Value}")), known)
            : null;
    }

    private static FrozenDictionary<string, (Rational, (string, int)[])> Read()
    {
        var table = new Dictionary<string, (Rational, (string, int)[])>(StringComparer.Ordinal);
        foreach (string line in Known.Split('\n'))
        {
            string[] sides = line.Split(" : "), values = sides[1].Trim().Split(' ');
            BigInteger[] factor = [.. values[0].Split('/').Select(v => BigInteger.Parse(v, CultureInfo.InvariantCulture))];
            (string, int)[] parts = [.. values.Skip(1).Select(Part)];
            foreach (string name in sides[0].Trim().Split(' '))
                table[name] = (Rational.Of(factor[0], factor.Length > 1 ? factor[1] : 1)!.Value, parts);
        }
        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static (string, int) Part(string text)
    {
        int at = text.IndexOfAny(['-', '1', '2', '3']);
        return (text[..at], int.Parse(text[at..], CultureInfo.InvariantCulture));
    }
}
