namespace RIL.Tests.Web.Charts;

/// <summary>How far apart two colours look, also to who lacks one kind of cone.</summary>
internal static class ColorSight
{
    /// <summary>Full colour vision, and full dichromacy as Machado, Oliveira and Fernandes (2009) simulate it, on linear light.</summary>
    public static readonly IReadOnlyDictionary<string, double[]> Eyes = new Dictionary<string, double[]>
    {
        ["all cones"] = [1, 0, 0, 0, 1, 0, 0, 0, 1],
        ["protanopia"] = [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
        ["deuteranopia"] = [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881],
        ["tritanopia"] = [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900],
    };

    /// <summary>CIELAB (D65) of a colour #rrggbb as an eye sees it.</summary>
    public static (double L, double A, double B) Seen(string color, string eye)
    {
        double[] c = Linear(color), m = Eyes[eye];
        double[] rgb = [.. Enumerable.Range(0, 3).Select(i => Math.Clamp(m[3 * i] * c[0] + m[3 * i + 1] * c[1] + m[3 * i + 2] * c[2], 0, 1))];
        double x = F((0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047);
        double y = F(0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2]);
        double z = F((0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883);
        return (116 * y - 16, 500 * (x - y), 200 * (y - z));

        static double F(double t) => t > 216.0 / 24389 ? Math.Cbrt(t) : (24389.0 / 27 * t + 16) / 116;
    }

    /// <summary>Contrast of two colours as WCAG reckons it.</summary>
    public static double Contrast(string one, string other)
    {
        double a = Light(one) + 0.05, b = Light(other) + 0.05;
        return Math.Max(a, b) / Math.Min(a, b);

        static double Light(string color) => Linear(color) is var c ? 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2] : 0;
    }

    /// <summary>CIEDE2000, after Sharma, Wu and Dalal (2005).</summary>
    public static double Distance((double L, double A, double B) p, (double L, double A, double B) q)
    {
        double c = (double.Hypot(p.A, p.B) + double.Hypot(q.A, q.B)) / 2, g = 1.5 - Root(c) / 2;
        (double c1, double h1) = (double.Hypot(p.A * g, p.B), Angle(p.A * g, p.B));
        (double c2, double h2) = (double.Hypot(q.A * g, q.B), Angle(q.A * g, q.B));
        double turn = c1 * c2 == 0 ? 0 : h2 - h1 > 180 ? h2 - h1 - 360 : h2 - h1 < -180 ? h2 - h1 + 360 : h2 - h1;
        double hue = c1 * c2 == 0 ? h1 + h2 : Math.Abs(h1 - h2) <= 180 ? (h1 + h2) / 2 : (h1 + h2 + (h1 + h2 < 360 ? 360 : -360)) / 2;
        double light = (p.L + q.L) / 2, mean = (c1 + c2) / 2;
        double t = 1 - 0.17 * Cos(hue - 30) + 0.24 * Cos(2 * hue) + 0.32 * Cos(3 * hue + 6) - 0.20 * Cos(4 * hue - 63);
        double l = (q.L - p.L) / (1 + 0.015 * Math.Pow(light - 50, 2) / Math.Sqrt(20 + Math.Pow(light - 50, 2)));
        double chroma = (c2 - c1) / (1 + 0.045 * mean), h = 2 * Math.Sqrt(c1 * c2) * Math.Sin(turn / 2 * Math.PI / 180) / (1 + 0.015 * mean * t);
        double rotation = -2 * Root(mean) * Math.Sin(60 * Math.Exp(-Math.Pow((hue - 275) / 25, 2)) * Math.PI / 180);
        return Math.Sqrt(l * l + chroma * chroma + h * h + rotation * chroma * h);

        static double Root(double c) => Math.Sqrt(Math.Pow(c, 7) / (Math.Pow(c, 7) + Math.Pow(25, 7)));
        static double Cos(double degrees) => Math.Cos(degrees * Math.PI / 180);
        static double Angle(double a, double b) => a == 0 && b == 0 ? 0 : (Math.Atan2(b, a) * 180 / Math.PI + 360) % 360;
    }

    private static double[] Linear(string color) =>
        [.. Enumerable.Range(0, 3).Select(i => Convert.ToInt32(color.Substring(1 + 2 * i, 2), 16) / 255.0).Select(v => v <= 0.04045 ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4))];
}
