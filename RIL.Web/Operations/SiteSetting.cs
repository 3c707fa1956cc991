using System.ComponentModel.DataAnnotations;

namespace RIL.Web.Operations;

/// <summary>A setting that is changed in the browser, such as the number of slots.</summary>
public sealed class SiteSetting
{
    /// <summary>Its name.</summary>
    [Key]
    public required string Name { get; init; }

    /// <summary>Its value as text.</summary>
    public required string Value { get; set; }
}
