using System.Text.Json;
using RIL.Training.Grpo;

namespace RIL.Training.Configuration;

/// <summary>What the reinforcement of a run is called: as its stage, and as the trained student in the closing table.</summary>
public static class PolicyNames
{
    /// <summary>Reinforcement and imitation together; earlier versions called every reinforcement so.</summary>
    public const string Ril = "ril";

    private static readonly Dictionary<string, string> Titles = new(StringComparer.Ordinal)
    {
        [Ril] = "RIL", [Name(LossType.Grpo)] = "GRPO", [Name(LossType.DrGrpo)] = "Dr. GRPO", [Name(LossType.Bnpo)] = "BNPO",
        [Name(LossType.Dapo)] = "DAPO",
    };

    /// <summary>Whether a stage or a column of the closing table is that of reinforcement.</summary>
    public static bool Contains(string? name) => name is not null && Titles.ContainsKey(name);

    /// <summary>The name as people write it; null where it is none of reinforcement.</summary>
    public static string? Title(string name) => Titles.GetValueOrDefault(name);

    /// <summary>The objective's name where nothing is imitated.</summary>
    public static string Name(LossType loss) => JsonNamingPolicy.SnakeCaseLower.ConvertName(loss.ToString());
}
