namespace RIL.Training.Randomness;

/// <summary>
/// Random numbers that are a function of their place: Philox 4x32-10 (Salmon et al. 2011) with the seed as key and (step, example, sample,
/// position) as counter. There is no state to save, and no draw depends on which others were made.
/// </summary>
public static class CounterRandom
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57, Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>A uniform number in [0, 1) with 53 random bits; of the four counters the low 32 bits count.</summary>
    public static double Uniform(ulong seed, long step, long example, long sample, long position)
    {
        (uint a, uint b, _, _) = Philox(((uint)step, (uint)example, (uint)sample, (uint)position), ((uint)seed, (uint)(seed >> 32)));
        return ((((ulong)a << 32) | b) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>The generator's block function: 128 counter bits under a 64-bit key to 128 random bits.</summary>
    public static (uint, uint, uint, uint) Philox((uint, uint, uint, uint) counter, (uint, uint) key)
    {
        (uint c0, uint c1, uint c2, uint c3) = counter;
        (uint k0, uint k1) = key;
        for (int round = 0; round < 10; round++)
        {
            ulong product0 = (ulong)Multiplier0 * c0, product1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(product1 >> 32) ^ c1 ^ k0, (uint)product1, (uint)(product0 >> 32) ^ c3 ^ k1, (uint)product0);
            k0 += Weyl0;
            k1 += Weyl1;
        }
        return (c0, c1, c2, c3);
    }
}
